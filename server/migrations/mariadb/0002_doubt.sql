-- Until when a late message may undo what the DNS has of the host; NULL where none can come. IF NOT EXISTS, because Galera may repeat it.
ALTER TABLE hosts ADD COLUMN IF NOT EXISTS doubt BIGINT;
