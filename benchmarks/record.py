"""What the record says besides times: the machine, versions, threads; and how it is written."""

import json
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path


def machine():
    """Return what the times depend on: the processor, not whose it is."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"processor": model, "cores": cores, "system": f"{platform.system()} {platform.machine()}"}


def settings(about):
    """Return each side's threads and kernels, as it reported them itself."""
    return [{"side": name, "threads": threads, "libraries": answer["threads"], **answer["settings"]}
            for (threads, name), answer in about.items()]


def versions(about):
    """Return {distribution: version} of everything that took part."""
    found = {"python": platform.python_version(), "course_lib": version("course_lib")}
    for answer in about.values():
        found |= answer["versions"]
    return found


def notes(about):
    return {name: answer["note"] for (_, name), answer in about.items() if answer["note"]}


def write(record, path):
    """Write the record in one piece: a run that is stopped leaves the old one."""
    text = layout(record)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".json", delete=False,
                                     encoding="utf-8") as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def layout(record):
    """JSON with one measurement a line, so that two records can be compared."""
    parts = []
    for key, value in record.items():
        if isinstance(value, list) and value:
            lines = ",\n".join("  " + json.dumps(each, ensure_ascii=False) for each in value)
            text = f"[\n{lines}\n ]"
        else:
            text = json.dumps(value, indent=1, ensure_ascii=False).replace("\n", "\n ")
        parts.append(f" {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
