"""A client that openapi-typescript generates takes what README.md and the document show, and gets the right answers."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.clients.calls import BASE, Call, readme_calls
from tests.contract.document import DOCUMENT, OPERATIONS
from tests.deploy.tools import ROOT, program
from tests.fakes.service import service

PACKAGES = Path(__file__).with_name("typescript")
GUIDE = ROOT / "docs" / "clients.md"
CALLS = readme_calls()
OPTIONS = {
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noUncheckedIndexedAccess": True,
    "target": "ES2022",
    "module": "ES2022",
    "moduleResolution": "Bundler",
    "lib": ["ES2022", "DOM", "DOM.Iterable"],
    "types": [],
    "skipDefaultLibCheck": True,
    "outDir": "built",
}


def run(*command: str | Path, cwd: Path) -> str:
    result = subprocess.run(  # noqa: S603
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False, timeout=300
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the client that is generated from the document."""
    program("node", "nodejs")
    if not (PACKAGES / "node_modules").is_dir():
        reason = "the packages are missing: npm ci --prefix tests/clients/typescript"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    project = tmp_path_factory.mktemp("typescript")
    (project / "node_modules").symlink_to(PACKAGES / "node_modules")
    (project / "package.json").write_text('{"type": "module"}')
    (project / "openapi.json").write_text(json.dumps(DOCUMENT))
    run(project / "node_modules/.bin/openapi-typescript", "openapi.json", "-o", "carbon.d.ts", cwd=project)
    return project


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the service answers."""
    server = make_server("127.0.0.1", 0, service(), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def compiled(folder: Path, name: str, source: str) -> Path:
    """The program as JavaScript; fails with what the compiler refuses."""
    (folder / f"{name}.ts").write_text(source)
    (folder / f"{name}.json").write_text(json.dumps({"compilerOptions": OPTIONS, "files": [f"{name}.ts"]}))
    run(folder / "node_modules/.bin/tsc", "--project", f"{name}.json", cwd=folder)
    return folder / "built" / f"{name}.js"


def written(call: Call) -> str:
    """The question in TypeScript."""
    parameters = {"path": call.path_values, "query": call.query}
    options: dict[str, Any] = {"params": {name: values for name, values in parameters.items() if values}}
    if call.body is not None:
        options["body"] = call.body
    if call.as_text:
        options["parseAs"] = "text"
    return f"await client.{call.method.upper()}({json.dumps(call.path)}, {json.dumps(options)})"


def test_the_calls_of_the_readme_compile_and_get_the_answers_of_the_service(folder: Path, address: str) -> None:
    calls = "".join(
        f"{{ const {{ data, error }} = {written(call)};\n  if (error) throw new Error(error.detail);\n"
        "  answers.push(data); }\n"
        for call in CALLS
    )
    source = (
        'import createClient from "openapi-fetch";\nimport type { paths } from "./carbon";\n'
        f"const client = createClient<paths, `application/${{string}}`>({{ baseUrl: {json.dumps(address)} }});\n"
        f"const answers: unknown[] = [];\n{calls}console.log(JSON.stringify(answers));\n"
    )
    answers = json.loads(run("node", compiled(folder, "calls", source), cwd=folder))

    assert len(answers) == len(CALLS) >= 9
    for call, answer in zip(CALLS, answers, strict=True):
        response = service().test_client().open(call.url, method=call.method, json=call.body)
        expected = response.get_data(as_text=True) if call.as_text else response.get_json()
        if isinstance(expected, dict):
            answer, expected = ({**body, "request_id": ""} for body in (answer, expected))
        assert answer == expected


def test_every_documented_question_and_answer_is_what_the_types_say(folder: Path) -> None:
    shown = [
        (f'operations["{operation["operationId"]}"]{part}["content"]["{kind}"]', media["example"])
        for _, _, operation in OPERATIONS
        for part, holder in (('["requestBody"]', "requestBody"), ('["responses"][200]', "200"))
        for kind, media in (operation["responses"] | operation).get(holder, {}).get("content", {}).items()
        if "example" in media
    ]
    lines = [f"export const example{n}: {kind} = {json.dumps(example)};" for n, (kind, example) in enumerate(shown)]

    compiled(folder, "examples", "\n".join(['import type { operations } from "./carbon";', *lines]))

    assert len(lines) > len(OPERATIONS)


def test_the_program_of_the_guide_compiles_and_prints_regions(folder: Path, address: str) -> None:
    (source,) = re.findall(r"```ts\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert BASE in source

    result = run("node", compiled(folder, "guide", source.replace(BASE, address)), cwd=folder)

    rows = service().test_client().get("/v1/by-rank?limit=5").get_json()["regions"]
    assert [line.split()[0] for line in result.splitlines()] == [row["gid"] for row in rows]


def test_the_compiler_refuses_a_word_that_is_no_priority(folder: Path) -> None:
    source = (
        'import type { components } from "./carbon";\n'
        'export const body: components["schemas"]["OptimizeRequest"] = '
        '{ workload: "training", priority: "speed" };\n'
    )

    with pytest.raises(AssertionError, match="speed"):
        compiled(folder, "wrong", source)
