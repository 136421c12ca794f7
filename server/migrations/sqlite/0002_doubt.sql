-- until when a late message may undo what the DNS has of the host; NULL where none can come
ALTER TABLE hosts ADD COLUMN doubt INTEGER;
