"""The house under measurement: PostgreSQL and the broker that deploy/bench has started, and services that are started
and stopped here."""

import atexit
import json
import os
import subprocess
import time
import urllib.request

from accounts import cpu_milliseconds

SERVICES = ["catalog", "cart", "checkout", "streaming"]
HERE = os.path.dirname(os.path.abspath(__file__))
STATE = os.environ["BENCH_STATE"]
BIN = os.environ["BENCH_BIN"]
POSTGRES_PID = int(os.environ["BENCH_POSTGRES_PID"])
BROKER_PID = int(os.environ["BENCH_BROKER_PID"])
SAMPLE = os.path.join(os.path.dirname(HERE), "sample")


def run(*command, **options):
    """A command's output; its own words if it fails."""
    result = subprocess.run(command, capture_output=True, text=True, **options)
    if result.returncode != 0:
        raise SystemExit(f"{command[0]} failed: {result.stderr.strip() or result.stdout.strip()}")
    return result.stdout


def postgres_environment(database):
    """libpq's settings for the superuser."""
    return {**os.environ, "PGHOST": "127.0.0.1", "PGPORT": os.environ["BENCH_POSTGRES_PORT"], "PGUSER": "postgres",
            "PGDATABASE": database}


def sql(database, text):
    """Runs SQL as the superuser; the values, tab-separated, a line each row."""
    return run("psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-f", "-", input=text,
               env=postgres_environment(database)).strip()


def compiled(name, *libraries):
    """A C program of this folder, compiled by the system's cc."""
    program = f"{STATE}/run/{name}"
    run("cc", "-O2", "-Wall", "-o", program, f"{HERE}/{name}.c", *libraries)
    return program


def token(roles, institution=None, subject="bench"):
    command = [f"{BIN}/filmclub", "token", "--roles", roles, "--subject", subject, "--minutes", "120"]
    if institution:
        command += ["--institution", institution]
    return run(*command, env={**os.environ, "IDENTITY_KEY_FILE": f"{STATE}/secrets/identity.jwk", **IDENTITY}).strip()


IDENTITY = {"IDENTITY_ISSUER": "https://filmclub.localhost", "IDENTITY_AUDIENCE": "filmclub"}


class Service:
    """One service process, ready when the constructor returns. It ends with this script, however that ends."""

    def __init__(self, name, kafka=None):
        address = f"{STATE}/run/{name}.address"
        if os.path.exists(address):
            os.remove(address)
        environment = {
            **os.environ, **IDENTITY, "DATABASE_URL_FILE": f"{STATE}/secrets/filmclub_{name}.url",
            "MIGRATION_DATABASE_URL_FILE": f"{STATE}/secrets/filmclub_{name}_owner.url",
            "IDENTITY_JWKS": f"{STATE}/run/identity.jwks",
            "STREAM_SIGNING_KEY_FILE": f"{STATE}/secrets/stream.jwk", "MEDIA_ROOT": SAMPLE, "HTTP_PORT": "0",
            "OPS_PORT": "0", "ADDRESS_FILE": address,
        }
        if kafka:
            environment["KAFKA_BOOTSTRAP_SERVERS"] = kafka
        else:
            environment["KAFKA_BOOTSTRAP_FILE"] = f"{STATE}/run/broker.address"
        self.name = name
        self.log = open(f"{STATE}/log/{name}.log", "a")
        begin = time.monotonic()
        self.process = subprocess.Popen([f"{BIN}/filmclub-{name}"], env=environment, stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log)
        self.pid = self.process.pid
        atexit.register(self.stop)
        self._await_address(address)
        self.wait_until("ready", self._is_ready, pause=0.0005)
        self.ready_after = time.monotonic() - begin
        self.cpu_to_ready_ms = cpu_milliseconds(self.pid)

    def _await_address(self, path):
        def read():
            try:
                with open(path) as file:
                    self.addresses = dict(line.strip().split("=", 1) for line in file)
                return "http" in self.addresses and "ops" in self.addresses
            except FileNotFoundError:
                return False
        self.wait_until("listening", read, pause=0.0005)

    def _is_ready(self):
        try:
            with urllib.request.urlopen(f"http://{self.addresses['ops']}/health/ready", timeout=5) as answer:
                return answer.status == 200
        except urllib.error.HTTPError:
            return False

    def wait_until(self, what, holds, seconds=60, pause=0.02):
        deadline = time.monotonic() + seconds
        while not holds():
            if self.process.poll() is not None:
                raise SystemExit(f"{self.name} has ended; {self.log.name} says why.")
            if time.monotonic() > deadline:
                raise SystemExit(f"{self.name} was not {what} after {seconds} s; {self.log.name} may say why.")
            time.sleep(pause)

    @property
    def url(self):
        return f"http://{self.addresses['http']}"

    @property
    def port(self):
        return int(self.addresses["http"].rsplit(":", 1)[1])

    def metric(self, name):
        """The sum of a counter's series."""
        with urllib.request.urlopen(f"http://{self.addresses['ops']}/metrics", timeout=5) as answer:
            values = [line.rsplit(" ", 1) for line in answer.read().decode().splitlines()]
        return sum(float(value) for key, value in values if key.split("{")[0] == name)

    def call(self, method, path, document=None, token=None, headers={}):
        """An answer's status, headers and bytes."""
        body = json.dumps(document).encode() if document is not None else None
        headers = dict(headers)
        if body:
            headers["Content-Type"] = "application/json"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as answer:
            raise SystemExit(f"{method} {self.name}{path} was answered {answer.code}: {answer.read().decode()}")

    def stop(self):
        if self.log.closed:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def catalogue():
    with open(f"{SAMPLE}/catalogue.json") as file:
        return json.load(file)


def import_catalogue(service):
    """The part of the sample catalogue that is the service's."""
    whole = catalogue()
    parts = {"catalog": ["films", "programmes"], "checkout": ["institutions"], "streaming": ["media"]}
    document = {part: whole[part] for part in parts[service.name]}
    service.call("POST", "/v1/imports", document, token("operator"))
