"""A class on a hub: two students fetch, solve and submit through JupyterHub, a grader releases, collects and marks.

JupyterHub itself runs here, with a proxy and a server for each user. What the values for a cluster say of a server,
its mounts and nbgrader's settings, holds here too: bubblewrap lays them out as a pod has them, where everybody is
called jovyan and has the same user id.
"""

import json
import os
import re
import secrets
import socket
import subprocess
import time
from types import SimpleNamespace
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
import yaml
from grading import sandbox

from tests.assignment.conftest import NO_SANDBOX
from tests.assignment.handins import part_of, solution
from tests.conftest import ROOT

VALUES = yaml.safe_load((ROOT / "book/hub/values.yaml").read_text(encoding="utf-8"))["singleuser"]
GRADE = ROOT / ".grade/bin"
(FOLDER,) = [mount["mountPath"] for mount in VALUES["storage"]["extraVolumeMounts"]]
SETTINGS = VALUES["extraFiles"]["nbgrader"]
PARTS = [part_of(1), part_of(2)]
PAGE = (ROOT / "book/hub.md").read_text(encoding="utf-8")
HUB = """
import sys
from jupyterhub.spawner import SimpleLocalProcessSpawner

class Pod(SimpleLocalProcessSpawner):
    home_dir_template = {homes!r} + "/{{username}}"

    def start(self):
        self.cmd = {room!r} + ["--bind", self.home_dir, "/home/jovyan", "--chdir", "/home/jovyan",
                             "--setenv", "HOME", "/home/jovyan", {singleuser!r}]
        return super().start()

c.JupyterHub.spawner_class = Pod
c.Spawner.args = ["--allow-root"]
c.Spawner.environment = {{"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}}
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
c.JupyterHub.bind_url, c.JupyterHub.hub_bind_url = "http://127.0.0.1:{port}", "http://127.0.0.1:{hub}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy}"
c.ConfigurableHTTPProxy.command = [{proxy_program!r}]
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.services = [{{"name": "test", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [{{"name": "test", "services": ["test"], "scopes": ["admin:users", "admin:servers", "access:servers"]}}]
"""


def test_the_values_agree_with_themselves_and_with_the_page():
    assert f'c.Exchange.root = "{FOLDER}"' in SETTINGS["stringData"]
    (name,) = [volume["name"] for volume in VALUES["storage"]["extraVolumes"]]
    assert [mount["name"] for mount in VALUES["storage"]["extraVolumeMounts"]] == [name] and f"`{name}`" in PAGE
    assert {VALUES["extraEnv"][f"{library}_NUM_THREADS"] for library in ("OPENBLAS", "OMP")} == {str(VALUES["cpu"]["limit"])}
    assert f"--image-name {VALUES['image']['name']}:{VALUES['image']['tag']} " in PAGE
    assert re.search(r"nbgrader==\S+(?=')", PAGE)[0] in (ROOT / "tools/grading/requirements.txt").read_text(encoding="utf-8").split()


def ports(number):
    """Ports that nobody has."""
    sockets = [socket.socket() for _ in range(number)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    found = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return found


def room(folder):
    """Options for bubblewrap: a pod's file system. The machine's is read-only, the exchange can be written."""
    (folder / "passwd").write_text(f"jovyan:x:{os.getuid()}:{os.getgid()}::/home/jovyan:/bin/sh\n")
    (folder / "nbgrader_config.py").write_text(SETTINGS["stringData"], encoding="utf-8")
    words = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/srv", "--tmpfs", "/home",
             "--tmpfs", "/etc", "--ro-bind", ROOT, ROOT, "--bind", folder / "exchange", FOLDER,
             "--ro-bind", folder / "passwd", "/etc/passwd",
             "--ro-bind", folder / "nbgrader_config.py", SETTINGS["mountPath"], "--die-with-parent"]
    for kept in ("hosts", "ld.so.cache", "alternatives", "fonts"):
        words += ["--ro-bind-try", f"/etc/{kept}", f"/etc/{kept}"]
    return [sandbox.bubblewrap(), *map(str, words)]


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """hub.ask(method, path, body): the answer of the hub, or of a user's server behind it."""
    if sandbox.bubblewrap() is None:
        pytest.skip(NO_SANDBOX)
    if not (GRADE / "jupyterhub").exists():
        pytest.skip("a class on a hub; to have this check: make .grade/ready")
    folder = tmp_path_factory.mktemp("hub")
    for name in ("exchange", "homes/ada", "homes/bob", "homes/teacher"):
        (folder / name).mkdir(parents=True)
    port, inner, proxy = ports(3)
    token = secrets.token_hex(32)
    (folder / "config.py").write_text(HUB.format(
        homes=str(folder / "homes"), room=room(folder), singleuser=str(GRADE / "jupyterhub-singleuser"), port=port, hub=inner,
        proxy=proxy, proxy_program=str(GRADE / "configurable-http-proxy"), token=token), encoding="utf-8")

    def ask(method, path, body=None, form=None):
        data = json.dumps(body).encode() if body is not None else form
        kind = "application/json" if body is not None else "application/x-www-form-urlencoded"
        request = Request(f"http://127.0.0.1:{port}{path}", data, {"Authorization": f"token {token}", "Content-Type": kind}, method=method)
        try:
            with urlopen(request, timeout=300) as answer:
                return json.loads(answer.read() or "null")
        except HTTPError as error:
            return {"status": error.code, "text": error.read().decode()}

    environment = os.environ | {"PATH": f"{GRADE}{os.pathsep}{os.environ['PATH']}"}
    with (folder / "log").open("w") as log:
        run = subprocess.Popen([GRADE / "jupyterhub", "-f", folder / "config.py"], cwd=folder, stdout=log, stderr=log, env=environment)
        try:
            yield SimpleNamespace(ask=ask, folder=folder, run=run)
        finally:
            run.terminate()
            run.wait(60)


def until(true, seconds, what, hub):
    """Wait for something to be so; say what the hub's log says if it does not come."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end or hub.run.poll() is not None:
            pytest.fail(f"{what} did not happen:\n{(hub.folder / 'log').read_text()[-4000:]}")
        time.sleep(0.3)


def answers(hub):
    try:
        return "version" in hub.ask("GET", "/hub/api/")
    except OSError:
        return False


@pytest.fixture(scope="module")
def servers(hub):
    """servers(user, method, path, ...): the answer of that user's own server, which runs."""
    until(lambda: answers(hub), 120, "the hub's start", hub)
    for user in ("ada", "bob", "teacher"):
        hub.ask("POST", f"/hub/api/users/{user}")
        hub.ask("POST", f"/hub/api/users/{user}/server", {})
    for user in ("ada", "bob", "teacher"):
        until(lambda: hub.ask("GET", f"/hub/api/users/{user}").get("server"), 300, f"the start of {user}'s server", hub)
    return lambda user, method, path, *words, **named: hub.ask(method, f"/user/{user}{path}", *words, **named)


@pytest.fixture(scope="module")
def course(hub, material):
    """The teacher's folder has the course, as `make assignment` begins it: its source alone, of two parts."""
    made = subprocess.run([GRADE / "python", "-c", "import sys; from pathlib import Path; from grading import build, parts\n"
                           "build.write_source(Path(sys.argv[1]), Path(sys.argv[2]), parts.read_parts()[:2])",
                           hub.folder / "homes/teacher/course", material], cwd=ROOT / "tools", capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    own = hub.folder / "homes/teacher/.jupyter"
    own.mkdir()
    (own / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.root = "/home/jovyan/course"\n'
                                            'c.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}\n')
    return hub.folder / "homes/teacher/course"


def solve(servers, student, part):
    """A student opens a notebook, writes the reference's answers into its cells, and saves it."""
    where = f"/api/contents/network/{part.name}.ipynb"
    opened = servers(student, "GET", where)["content"]
    for cell in opened["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name.startswith("answer-"):
            cell["source"] = solution(part, name.removeprefix("answer-"))
    servers(student, "PUT", where, {"type": "notebook", "content": opened})


def succeed(said):
    assert said.get("success"), said
    return said


@pytest.mark.slow
def test_two_students_submit_and_a_grader_collects_and_marks(course, servers):
    def grade(path):
        return succeed(servers("teacher", "POST", f"/formgrader/api/{path}", form=b""))

    def students_menu(student, what, **words):
        return succeed(servers(student, "POST", f"/assignments/{what}", form=urlencode(words).encode()))

    one = {"course_id": "learning-network", "assignment_id": "network"}
    grade("assignment/network/assign")
    grade("assignment/network/release")
    for student in ("ada", "bob"):
        students_menu(student, "fetch", **one)
        for part in PARTS:
            if student == "ada":
                solve(servers, student, part)
            failed = students_menu(student, "validate", path=f"network/{part.name}.ipynb")["value"]
            assert len(failed.get("failed", [])) == (0 if student == "ada" else len(part.checks))
        students_menu(student, "submit", **one)
    grade("assignment/network/collect")
    assert {path.name for path in (course / "submitted").iterdir()} == {"ada", "bob"}
    for student in ("ada", "bob"):
        grade(f"submission/network/{student}/autograde")
    marks = {student: servers("teacher", "GET", f"/formgrader/api/submission/network/{student}")["score"] for student in ("ada", "bob")}
    assert marks == {"ada": sum(check.points for part in PARTS for check in part.checks), "bob": 0}
