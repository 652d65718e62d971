#!/usr/bin/python3
"""Parser and JSON Schema judge alike: documents generated from the schema, and mutations of them.

The schema is read by python3-jsonschema, the parser is `straycat check`: with --shape-only it must give the schema's verdict,
whole it may refuse more, but only for what a schema cannot say: each such message is on the list SEMANTIC.

SEED=N repeats a run.
"""
import copy
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema

STRAYCAT = os.environ["STRAYCAT"]
SOURCE = Path(os.environ["STRAYCAT_SOURCE"])
SCHEMA = json.loads((SOURCE / "scenarios/scenario.schema.json").read_text())
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
RANDOM = random.Random(SEED)
ROUNDS = int(os.environ.get("ROUNDS", 120))

# What only the whole check finds, and no schema could say: references between parts, ranges of values with units, and
# whatever is in other files.
SEMANTIC = [
    r"names \S+, which no step applies", r"is not there yet: step \d+ applies it", r"unknown kind ", r"never gets ",
    r"works on a ", r"two steps are named", r"two steps open the phase", r"two traffics are named",
    r"where there are several, each traffic needs a name", r"no step makes the Service", r"does not say which Service",
    r"there is no port", r"connecting may not take longer", r"nobody can ask it to keep them", r"no step opens the phase", r"is expected twice",
    r"is no time at all", r"a share below one in a million is no fault", r"is longer than a day", r"is too long a duration", r"No such file or directory", r"holds no manifest",
    r"is a folder", r"these files make no pods", r"these files have nothing with replicas",
    r"no container of these files has the image", r"the overlay leaves an object",
    r"is not of whole seconds", r"nothing in the spec uses", r" is there twice", r"is no name of a value", r"combinations; at most", r"spec\.matrix has no value for",
]

# Texts for each of the schema's named checks: good ones, and ones that are nearly good.
GOOD = {
    "name": ["a", "deploy", "job-2", "0", "a" * 63],
    "duration": ["1s", "300ms", "2m30s", "1h", "1.5s", ".5s", "1.s", "10µs", "5us", "7ns", "0s"],
    "rate": ["100/s", "1/s", "30/m", "0.5/s", "999999/h", "1.250000/s"],
    "share": ["0%", "5%", "99.9%", "100%", "100.0%", "0.001%"],
    "target": ["Deployment/sayhi", "deploy/sayhi", "Job/sayhi", "job.batch/sayhi", "Service/sayhi", "x/y", "Pod/a.b-c"],
    "path": ["deployment.yaml", "service.yaml", "job.yaml", "./job.yaml", "nowhere.yaml", "../x", "."],
    "url": ["http://sayhi/hi", "http://sayhi", "https://sayhi:8443/x?y#z", "http://u:p@sayhi/hi", "http://[::1]:80/", "http://a.b_c",
            "http://sayhi:99999", "http://sayhi/ä🐈"],
    "service": ["sayhi", "sayhi.other", "a-b.c-d"],
    "condition": ["Available", "Complete", "Exists", "Routable", "Z"],
}
BAD = ["", " ", "A", "-a", "a-", "a_b", "a" * 64, "ä", "1", "1 s", "s", "-1s", "+1s", "1S", "1sm", "1..s", "s1", "1.2.3s", "5", "5s ", "∞",
       "0/s", "0.0/m", "1/d", "/s", "1/", "1/s/s", "1000000/s", "1.0000001/s", "-1/s", "1e3/s", "101%", "100.1%", "%", "-1%", "5 %", "1.%",
       "Deployment", "Deployment/", "/sayhi", "a/b/c", "De ployment/x", "job./x", "job.B/x", "Job/-a", "Job/A", "/abs", "//", "http://", "ftp://x",
       "http:/x", "http://a b", "http://x:", "http://x:123456", "http://x:1a", "http://@x", "http://a@b@c", "http://[]", "http://[::1", "http://x\ty",
       "HTTP://x", "https://", "a.b.c", "a.", ".a", "available", "Avail able", "A1", "Ready!", "yes", "null", "~", "0x1F", "1_000"]
ANYTHING = [None, True, False, 0, 1, -1, 3, 2.0, 2.5, 1e3, 600, 10**6, 2**53, 2**63, 10**30, "", "text", "🐈\n猫", [], {}, [1], ["a"], {"a": 1},
            {"name": "a"}, [[]], [None]]


def resolve(rule):
    while "$ref" in rule:
        target = SCHEMA
        for part in rule["$ref"].split("/")[1:]:
            target = target[part]
        rule = {**target, **{k: v for k, v in rule.items() if k == "description"}}
    return rule


def generate(rule):
    """A document that the rule accepts."""
    rule = resolve(rule)
    if "const" in rule:
        return rule["const"]
    if "enum" in rule:
        return RANDOM.choice(rule["enum"])
    if "anyOf" in rule:
        return generate(RANDOM.choice(rule["anyOf"]))
    kind = rule["type"]
    if kind == "integer":
        low, high = rule.get("minimum", 0), rule.get("maximum", 1000)
        value = RANDOM.choice([low, high, RANDOM.randint(low, min(high, low + 20))])
        return float(value) if RANDOM.random() < 0.05 and value < 1000 else value
    if kind == "boolean":
        return RANDOM.random() < 0.5
    if kind == "string":
        return RANDOM.choice(GOOD[rule["x-check"]] if "x-check" in rule else ["text", "hi🐈\n", "yes", "1", "a: b # c"])
    if kind == "array":
        return [generate(rule["items"]) for _ in range(RANDOM.randint(rule.get("minItems", 0), 3))]
    return generate_object(rule)


def generate_object(rule):
    properties = rule.get("properties", {})
    chosen = set(rule.get("required", []))
    one_of = [choice["required"][0] for choice in rule.get("oneOf", [])]
    if one_of:
        chosen.add(RANDOM.choice(one_of))
    for key in properties:
        if key not in one_of and RANDOM.random() < 0.4:
            chosen.add(key)
    for key, needed in rule.get("dependentRequired", {}).items():
        if key in chosen and not set(needed) <= chosen:
            chosen.discard(key)
    result = {key: generate(properties[key]) for key in sorted(chosen)}
    if not properties:
        others = rule.get("additionalProperties")
        for key in RANDOM.sample(["A", "b", "COUNT_OF_CATS", "a/b", "yes"], RANDOM.randint(rule.get("minProperties", 0), 3)):
            result[key] = generate(others) if isinstance(others, dict) else RANDOM.choice(ANYTHING)
    return result


def generate_consistent():
    """A document whose references all hold: the whole check must accept it."""
    saved = dict(GOOD)
    GOOD.update(target=["Deployment/sayhi", "deploy/sayhi"], path=["deployment.yaml", "./deployment.yaml"], duration=["1s", "2m30s"], share=["5%", "99.9%", "100.0%", "0.001%"],
                condition=["Available", "Exists", "RolledOut", "Unroutable"], url=["http://sayhi/hi", "https://u:p@sayhi:8443/?x"])
    document = generate(SCHEMA)
    GOOD.clear()
    GOOD.update(saved)
    spec = document["spec"]
    spec.pop("matrix", None)  # whose values nothing here uses: tests/scenario/unit/test_matrix.cpp
    spec["steps"].insert(0, {"apply": ["deployment.yaml", "service.yaml"]})
    for i, step in enumerate(spec["steps"]):
        step.update(name=f"s{i}", phase=f"p{i}")
        if isinstance(step.get("apply"), dict):
            step["apply"].pop("images", None)
    for i, traffic in enumerate(spec["traffic"]):
        traffic["name"] = f"t{i}"
        traffic.pop("connectTimeout", None)
        if traffic.get("from") == "api":
            traffic.pop("keepAlive", None)
    phases = spec.get("expect", {}).get("phases", [])
    del phases[len(spec["steps"]):]
    for i, phase in enumerate(phases):
        phase["phase"] = f"p{i}"
    return document


def places(document, path=()):
    yield path
    items = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else []
    for key, value in items:
        yield from places(value, path + (key,))


def mutate(document):
    """The document with one thing changed anywhere."""
    document = {"root": copy.deepcopy(document)}
    path = ("root",) + RANDOM.choice(list(places(document["root"])))
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    value = parent[path[-1]]
    change = RANDOM.randrange(6)
    if change == 0 and isinstance(parent, dict) and len(path) > 1:
        del parent[path[-1]]
    elif change == 1 and isinstance(value, dict):
        value[RANDOM.choice(["nmae", "rate", "loops", "pause", "apply", "wait", "x-y", "name", "file", "files", "phase"])] = RANDOM.choice(ANYTHING)
    elif change == 2 and isinstance(value, str):
        parent[path[-1]] = RANDOM.choice(BAD)
    elif change == 3 and isinstance(value, str):
        parent[path[-1]] = RANDOM.choice(sum(GOOD.values(), []))
    elif change == 4 and isinstance(value, list):
        parent[path[-1]] = RANDOM.choice([[], value + [RANDOM.choice(ANYTHING)], value[:1]])
    elif isinstance(value, str) and value:
        at = RANDOM.randrange(len(value))
        parent[path[-1]] = value[:at] + RANDOM.choice(["", "A", " ", "/", ".", "0", "é"]) + value[at + 1:]
    else:
        parent[path[-1]] = RANDOM.choice(ANYTHING)
    return document["root"]


def check(files, *options):
    """File -> (accepted, messages), from one call of straycat check."""
    done = subprocess.run([STRAYCAT, "check", *options, *files], capture_output=True, text=True, timeout=500)
    accepted = set(re.findall(r"^OK ([^:]+):", done.stdout, re.M))
    refused = set(re.findall(r"^BAD (.+)$", done.stdout, re.M))
    assert accepted | refused == set(files) and not accepted & refused, done.stdout + done.stderr
    assert done.returncode == (3 if refused else 0), done.returncode
    messages = {file: [] for file in files}
    for file, message in re.findall(r"^(?:straycat: )?([^\s:]+\.json):\d+:\d+: (.*)$", done.stderr, re.M):
        messages[file].append(message)
    return {file: (file in accepted, messages[file]) for file in files}


def main():
    print(f"seed {SEED}", flush=True)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    documents = []
    for _ in range(ROUNDS):
        good, consistent = generate(SCHEMA), generate_consistent()
        documents += [good, consistent, mutate(consistent), mutate(good), mutate(mutate(good))]
    counts = {"accepted by both": 0, "refused by both": 0, "refused by references only": 0}
    trouble = []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name in ("deployment.yaml", "service.yaml", "job.yaml"):
            Path(name).write_text((SOURCE / "scenarios/service-selector" / name).read_text())
        files = [f"d{i}.json" for i in range(len(documents))]
        for file, document in zip(files, documents):
            Path(file).write_text(json.dumps(document, ensure_ascii=False))
        shape, whole = check(files, "--shape-only"), check(files)
        for i, (file, document) in enumerate(zip(files, documents)):
            valid = validator.is_valid(document)
            if i % 5 < 2 and not valid:
                trouble.append(f"{file}: the generator made a bad document\n{document}")
            if shape[file][0] != valid:
                why = next((f"{e.json_path}: {e.message}" for e in validator.iter_errors(document)), "accepts it")
                trouble.append(f"{file}: schema: {why}; parser: {shape[file]}\n{json.dumps(document, ensure_ascii=False)}")
            accepted, messages = whole[file]
            if i % 5 == 1 and not accepted:
                trouble.append(f"{file}: a document whose references hold is refused: {messages}\n{document}")
            unknown = [m for m in messages if not any(re.search(p, m) for p in SEMANTIC)]
            if accepted and not valid:
                trouble.append(f"{file}: the whole check accepts what the schema refuses\n{document}")
            if valid and not accepted and (unknown or not messages):
                trouble.append(f"{file}: refused for a reason that is not on the list: {unknown or 'none'}\n{document}")
            key = "refused by both" if not valid else "accepted by both" if accepted else "refused by references only"
            counts[key] += 1
        os.chdir("/")
    print(f"{len(documents)} documents: {counts}")
    for each in trouble[:5]:
        print(each, file=sys.stderr)
    # A test that met only one sort of document would prove nothing.
    assert counts["refused by both"] > ROUNDS / 2 and counts["refused by references only"] > ROUNDS / 4, counts
    assert counts["accepted by both"] >= ROUNDS, counts
    assert not trouble, f"{len(trouble)} disagreements, seed {SEED}"


if __name__ == "__main__":
    main()
