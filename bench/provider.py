"""A provider for the bench: HTTP on port 80, HTTPS on port 443, one thread per connection.

Any path answers "good", /ip answers with an address. Each request is told on standard output with the moment (CLOCK_MONOTONIC, seconds)
at which its head was read. Runs in a process of its own, whose CPU time counts for nobody.
"""

import socket
import ssl
import sys
import threading
import time

ADDRESS = "203.0.113.7"


def serve(port, wrap):
    listener = socket.create_server(("127.0.0.1", port), backlog=64)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection, wrap), daemon=True).start()


def answer(connection, wrap):
    try:
        with wrap(connection) as stream:
            stream.settimeout(5)
            head = b""
            while b"\r\n\r\n" not in head:
                part = stream.recv(4096)
                if not part:
                    return
                head += part
            moment = time.monotonic()
            path = head.split(b" ")[1].decode()
            body = f"{ADDRESS}\n" if path == "/ip" else "good\n"
            stream.sendall(
                f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
                f"Connection: close\r\n\r\n{body}".encode()
            )
            print(f"{moment:.6f} {path}", flush=True)
    except OSError as error:
        print(f"{time.monotonic():.6f} failed: {error}", file=sys.stderr, flush=True)


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    threading.Thread(target=serve, args=(443, lambda c: context.wrap_socket(c, server_side=True)), daemon=True).start()
    serve(80, lambda c: c)


if __name__ == "__main__":
    main()
