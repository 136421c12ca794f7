"""The bed: one folder on the disk with a BIND and our service in it, on loopback at free ports."""

import base64
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

import seed

ZONE = "dyn.example.com"
KEY = "bench-key"


def until(what, seconds=30.0):
    """Waits until what() gives something true, and returns it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.01)
    raise RuntimeError("waited in vain")


def free_port():
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        udp.bind(tcp.getsockname())
        return tcp.getsockname()[1]


def free_ports():
    """The first of two in a row."""
    while True:
        port = free_port()
        with socket.socket() as next_one:
            try:
                next_one.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                continue


class Bed:
    def __init__(self, programs, disk):
        self.programs = pathlib.Path(programs)
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=disk))
        self.dns, self.http, self.hello = free_port(), free_port(), free_ports()
        self.secret = base64.b64encode(os.urandom(32)).decode()
        self.key = self.dir / "bench.key"
        self.started = []
        self.write(self.key, f'key "{KEY}" {{\n\talgorithm hmac-sha256;\n\tsecret "{self.secret}";\n}};\n')
        self.seeds = {}

    def close(self):
        for process in list(self.started):
            self.stop(process)
        shutil.rmtree(self.dir)

    def write(self, path, text):
        path.touch(mode=0o600)
        path.write_text(text)

    def start(self, *words, log):
        process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=open(log, "a"), stderr=subprocess.STDOUT)
        self.started.append(process)
        return process

    def stop(self, process, how=signal.SIGTERM):
        process.send_signal(how)
        process.wait()
        self.started.remove(process)

    # ------------------------------------------------------------- the name server

    def name_server(self, hosts):
        """A BIND whose zone has so many hosts and no journal yet."""
        folder = self.dir / "named"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o777)
        (folder / "zone").write_text(seed.zone_file(ZONE, hosts))
        conf = folder / "named.conf"
        conf.write_text(
            f'include "{self.key}";\noptions {{ directory "{folder}"; pid-file none; session-keyfile "{folder}/session.key"; recursion no;'
            f" listen-on port {self.dns} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; notify no; }};\ncontrols {{ }};\n"
            "logging { category default { null; }; category update { null; }; category update-security { null; }; };\n"
            f'zone "{ZONE}" {{ type primary; file "{folder}/zone"; update-policy {{ grant {KEY} zonesub ANY; }}; }};\n'
        )
        named = self.start("named", "-g", "-c", conf, log=self.dir / "named.log")
        until(lambda: self.resolves(f"ns.{ZONE}"))
        return named

    def dig(self, *words):
        return subprocess.run(["dig", "@127.0.0.1", "-p", str(self.dns), "+time=2", "+tries=1", *words], capture_output=True, text=True).stdout

    def resolves(self, name):
        return self.dig("+short", name, "A").strip()

    # ------------------------------------------------------------- the service

    def config(self, name):
        path = self.dir / f"{name}.toml"
        self.write(path, f"""
[daemon]
host = "127.0.0.1"
port = {self.http}
max_connections_per_address = 2000
log_target = "file"
log_file = "{self.dir}/{name}.log"
allow_private_addresses = true
[database]
path = "{self.dir}/{name}.db"
[dns_service]
dns_port = {self.dns}
ddns_default_key_file = "{self.key}"
cleanup_interval = 86400
[rate_limit]
enabled = false
""")  # fmt: skip
        return path

    def service(self, config, *words, **more):
        return subprocess.run([self.programs / "ddns-service", "--config", config, *words], check=True, capture_output=True, text=True, **more)

    def database(self, name, hosts, expired=False):
        """A service's configuration and a database of its own, with so many hosts."""
        config = self.config(name)
        database = self.dir / f"{name}.db"
        made = self.seeds.get((hosts, expired))
        for end in ("-wal", "-shm"):
            database.with_name(database.name + end).unlink(missing_ok=True)
        if made is None:
            self.service(config, "--init-db")
            self.service(config, "user", "add", "admin", "admin@example.com", "--password-stdin", input="right-password\n")
            with sqlite3.connect(database) as link:
                (password,) = link.execute("SELECT password FROM users").fetchone()
                link.execute("DELETE FROM users")
            link.close()
            seed.fill(database, ZONE, hosts, password, expired)
            self.seeds[hosts, expired] = shutil.copy(database, self.dir / f"seed-{hosts}-{expired}.db")
        else:
            shutil.copy(made, database)
        os.sync()
        return config

    def daemon(self, config):
        daemon = self.start(self.programs / "ddns-service", "--config", config, "--daemon", log=self.dir / "daemon.out")
        until(lambda: self.listens(self.http))
        return daemon

    def hello_server(self):
        """The listener's own answer at one port, the barest hyper at the next."""
        hello = self.start(self.programs / "examples" / "hello", self.hello, log=self.dir / "hello.out")
        until(lambda: self.listens(self.hello + 1))
        return hello

    def listens(self, port):
        with socket.socket() as tcp:
            return tcp.connect_ex(("127.0.0.1", port)) == 0

    # ------------------------------------------------------------- who asks

    def load(self, port, kind, **options):
        """The generator's figures; `begun` gives the process instead, for `heard`."""
        return self.heard(self.begun(port, kind, **options))

    def begun(self, port, kind, **options):
        words = [f"{option}={number}" for option, number in options.items()]
        program = self.programs / "examples" / "load"
        return subprocess.Popen([program, f"127.0.0.1:{port}", kind, *words], stdout=subprocess.PIPE, text=True)

    def heard(self, process):
        out, _ = process.communicate()
        if process.returncode != 0:
            raise RuntimeError("the load generator failed")
        found = json.loads(out)
        found["rate"] = found["requests"] / found["seconds"]
        return found


def expect(found, *words):
    """All answers are these words, else nothing measured is worth anything."""
    strange = {word: count for word, count in found["words"].items() if word not in words}
    if strange or found["faults"]:
        raise RuntimeError(f"strange answers: {strange}, {found['faults']}")
    return found
