"""The bed: a network namespace with a name server, a provider and an address that can change, and roots for the programs.

Everything is below one temporary directory, in memory like a router's /var and /tmp. /etc/resolv.conf and the CA bundle are covered by our own in this mount namespace, because
curl and inadyn read no other.
"""

import os
import pathlib
import queue
import shutil
import subprocess
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).parent
ADDRESS = "203.0.113.7"
DEVICE = "wan0"
HOST = "host.example.org"
PROVIDER = "provider.example.org"
LOG_LINES = 250
BUNDLES = ["/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem"]


def run(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, text=True, **more)


def until(what, seconds=10.0):
    """Waits until what() gives something true, and returns it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.01)
    raise RuntimeError("waited in vain")


class Bed:
    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="ddns-bench-"))
        run("mount", "-t", "tmpfs", "none", str(self.dir))
        self.started = []
        self.requests = queue.Queue()
        try:
            self.network()
            self.name_server()
            self.certificates()
            self.provider()
        except BaseException:
            self.close()
            raise

    def close(self):
        for process in self.started:
            process.terminate()
        for process in self.started:
            process.wait()
        run("umount", "-l", str(self.dir))
        self.dir.rmdir()

    def start(self, *words, **more):
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, **more)
        self.started.append(process)
        return process

    # ------------------------------------------------------------- parts

    def network(self):
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", DEVICE, "type", "veth", "peer", "name", "far0")
        for device in (DEVICE, "far0"):
            run("ip", "link", "set", device, "up")
        run("ip", "address", "add", f"{ADDRESS}/24", "dev", DEVICE)

    def name_server(self):
        zone = self.dir / "zone"
        zone.write_text(
            "$TTL 60\n@ SOA ns hostmaster 1 60 60 600 60\n@ NS ns\nns A 127.0.0.1\n"
            f"{HOST}. A {ADDRESS}\n{PROVIDER}. A 127.0.0.1\n"
        )
        conf = self.dir / "named.conf"
        conf.write_text(
            f'options {{ directory "{self.dir}"; pid-file none; listen-on {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};\n'
            "  recursion no; };\ncontrols { };\n"
            f'zone "example.org" {{ type primary; file "{zone}"; }};\n'
        )
        log = open(self.dir / "named.log", "w")
        self.start("named", "-g", "-c", str(conf), stdout=log, stderr=log)
        cover = self.dir / "resolv.conf"
        cover.write_text("nameserver 127.0.0.1\n")
        run("mount", "--bind", str(cover), "/etc/resolv.conf")
        until(lambda: subprocess.run(["host", HOST, "127.0.0.1"], capture_output=True).returncode == 0)

    def certificates(self):
        """A throw-away authority behind all those of the system: whoever trusts it has read the whole bundle."""
        ca, key, cert, ask = (str(self.dir / name) for name in ("ca.pem", "key.pem", "cert.pem", "ask.pem"))
        new = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        run(*new, "-x509", "-days", "2", "-subj", "/CN=bench authority", "-keyout", f"{ca}.key", "-out", ca)
        run(*new, "-subj", f"/CN={PROVIDER}", "-keyout", key, "-out", ask)
        names = self.dir / "names"
        names.write_text(f"subjectAltName=DNS:{PROVIDER}\nbasicConstraints=CA:FALSE\n")
        run("openssl", "x509", "-req", "-in", ask, "-CA", ca, "-CAkey", f"{ca}.key", "-days", "1",
            "-extfile", str(names), "-out", cert)  # fmt: skip
        system = next(path for path in BUNDLES if os.path.exists(path))
        self.bundle = self.dir / "bundle.crt"
        self.bundle.write_bytes(pathlib.Path(system).read_bytes() + pathlib.Path(ca).read_bytes())
        self.authorities = self.bundle.read_text().count("BEGIN CERTIFICATE")
        run("mount", "--bind", str(self.bundle), system)

    def provider(self):
        process = self.start("python3", "-B", str(HERE / "provider.py"), str(self.dir / "cert.pem"), str(self.dir / "key.pem"),
                             stdout=subprocess.PIPE, text=True)  # fmt: skip

        def hear():
            for line in process.stdout:
                self.requests.put(line.split(" ", 1))

        threading.Thread(target=hear, daemon=True).start()
        until(lambda: subprocess.run(["curl", "-s", "-o", "/dev/null", f"http://{PROVIDER}/"]).returncode == 0)
        until(lambda: subprocess.run(["curl", "-s", "-o", "/dev/null", f"https://{PROVIDER}/"]).returncode == 0)
        self.forget_requests()

    # ------------------------------------------------------------- what happens in it

    def forget_requests(self):
        time.sleep(0.05)
        while not self.requests.empty():
            self.requests.get()

    def change_address(self, old, new):
        """Replaces the address of the device; the moment when that was done."""
        text = f"address del {old}/24 dev {DEVICE}\naddress add {new}/24 dev {DEVICE}\n"
        run("ip", "-batch", "-", input=text)
        return time.monotonic()

    def applets(self):
        """A directory with BusyBox under all its names, as a router's PATH has them."""
        folder = self.dir / "applets"
        folder.mkdir(exist_ok=True)
        run("busybox", "--install", "-s", str(folder))
        return folder

    def root(self, name, sections):
        """A root directory with these sections: name to further options."""
        root = self.dir / name
        for directory in ("etc/config", "etc/ssl/certs", "var/log/ddns", "tmp"):
            (root / directory).mkdir(parents=True, exist_ok=True)
        (root / "etc/resolv.conf").write_text("nameserver 127.0.0.1\n")
        (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
        shutil.copyfile(self.bundle, root / "etc/ssl/certs/ca-certificates.crt")
        (root / "etc/config/ddns").write_text(configuration(sections))
        # full, as after a day: each line that is added cuts one
        line = f" 120000       : address here: {ADDRESS}; in DNS: {ADDRESS}; nothing to do\n"
        for name in sections:
            (root / f"var/log/ddns/{name}.log").write_text(line * LOG_LINES)
        return root


def configuration(sections):
    """A file as LuCI writes it: the packaged example's two sections, switched off, and ours behind them."""
    common = {"service_name": None, "lookup_host": HOST, "domain": HOST, "username": "bench", "password": "bench-password"}
    lines = ["config ddns 'global'", "\toption ddns_dateformat '%F %R'", f"\toption ddns_loglines '{LOG_LINES}'",
             "\toption upd_privateip '0'"]  # fmt: skip
    off = {"enabled": "0", "update_url": f"http://{PROVIDER}/", "ip_source": "network", "ip_network": "wan"}
    for name, options in {"myddns_ipv4": off, "myddns_ipv6": {**off, "use_ipv6": "1"}, **sections}.items():
        lines.append(f"\nconfig service '{name}'")
        every = {"enabled": "1", **common, "ip_source": "interface", "ip_interface": DEVICE, **options}
        lines += [f"\toption {option} '{value}'" for option, value in every.items() if value is not None]
    return "\n".join(lines) + "\n"


def update_url(secure=False):
    scheme = "https" if secure else "http"
    return f"{scheme}://[USERNAME]:[PASSWORD]@{PROVIDER}/nic/update?hostname=[DOMAIN]&myip=[IP]"
