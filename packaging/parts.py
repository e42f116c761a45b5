#!/usr/bin/env python3
"""What the executable is made of: a bill of materials, and the licences of all of it.

    packaging/parts.py bill|licences TARGET

Both are printed, and are the same for the same tree. It asks cargo, which has every part on this machine.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tomllib
from datetime import datetime, timezone

PROGRAM = "pane-patrol"


def read(metadata):
    """Where to start, all packages, and of each that the program is made with what it needs: not what only
    tests need. Then those whose code is in the executable: no build script's, no macro's."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    packages = {package["id"]: package for package in metadata["packages"]}
    start = next(id for id in nodes if packages[id]["name"] == PROGRAM)

    def needed(id, wanted):
        kinds = lambda dep: {kind["kind"] for kind in dep["dep_kinds"]}
        return sorted(dep["pkg"] for dep in nodes[id]["deps"] if kinds(dep) & wanted)

    def reached(wanted, is_left_out):
        found, waiting = {}, [start]
        while waiting:
            id = waiting.pop()
            if id not in found and not is_left_out(packages[id]):
                found[id] = needed(id, wanted)
                waiting += found[id]
        return found

    needs = reached({None, "build"}, lambda package: False)
    return start, packages, needs, reached({None}, is_macro)


def is_macro(package):
    return any(target["kind"] == ["proc-macro"] for target in package["targets"])


def name(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def expression(package):
    """As SPDX has it: older packages write `/` for OR."""
    return (package["license"] or "NOASSERTION").replace("/", " OR ")


def component(package, sums, is_linked):
    found = {
        "type": "library",
        "bom-ref": name(package),
        "name": package["name"],
        "version": package["version"],
        "scope": "required" if is_linked else "excluded",
        "licenses": [{"expression": expression(package)}],
        "purl": name(package),
    }
    if package["description"]:
        found["description"] = " ".join(package["description"].split())
    sum = sums.get((package["name"], package["version"]))
    if sum:
        found["hashes"] = [{"alg": "SHA-256", "content": sum}]
    return found


def bill(metadata, target):
    start, packages, needs, linked = read(metadata)
    lock = tomllib.loads(pathlib.Path("Cargo.lock").read_text())
    sums = {(p["name"], p["version"]): p.get("checksum") for p in lock["package"]}
    main = component(packages[start], sums, True) | {"type": "application"}
    del main["scope"]
    time = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), timezone.utc)
    ordered = sorted(needs, key=lambda id: name(packages[id]))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": main,
            "properties": [{"name": "rust:target", "value": target}],
        },
        "components": [
            component(packages[id], sums, id in linked) for id in ordered if id != start
        ],
        "dependencies": [
            {
                "ref": name(packages[id]),
                "dependsOn": [name(packages[need]) for need in needs[id]],
            }
            for id in ordered
        ],
    }


def licences(metadata):
    """Each licence's text once, below the names of all whose it is."""
    _, packages, _, linked = read(metadata)
    texts = {}
    lines = [
        "What pane-patrol is linked from, beside Rust's own library (MIT OR Apache-2.0) and, in the",
        "executables for Linux, the GNU C library (LGPL-2.1-or-later; with this source the executable can be",
        "linked anew with another one).",
        "",
    ]
    for id in sorted(linked, key=lambda id: name(packages[id])):
        package = packages[id]
        if not package["source"]:
            continue
        lines.append(f"{package['name']} {package['version']}: {expression(package)}")
        folder = pathlib.Path(package["manifest_path"]).parent
        for file in sorted(folder.iterdir()):
            begins = file.name.upper().startswith(("LICEN", "COPYING", "NOTICE", "UNLICENSE"))
            if begins and file.is_file():
                text = file.read_text(errors="replace").strip()
                mark = hashlib.sha256("".join(text.split()).encode()).digest()
                texts.setdefault(mark, (text, []))[1].append(f"{package['name']} ({file.name})")
    for text, owners in texts.values():
        lines += ["", "-" * 80, *sorted(owners), "", text]
    return "\n".join(lines)


def main():
    what, target = sys.argv[1:]
    cargo = [os.environ.get("CARGO", "cargo"), "metadata", "--locked", "--format-version", "1"]
    answer = subprocess.run([*cargo, "--filter-platform", target], check=True, stdout=subprocess.PIPE)
    metadata = json.loads(answer.stdout)
    if what == "bill":
        print(json.dumps(bill(metadata, target), indent=2))
    else:
        print(licences(metadata))


main()
