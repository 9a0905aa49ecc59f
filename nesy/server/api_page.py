"""The description of the interface (OpenAPI) -> one page of HTML that fetches nothing and runs nothing."""

import base64
import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#222;"
    "background:#fff}h2{margin-top:2.5rem;border-bottom:1px solid #ccc}code,pre{font-family:ui-monospace,monospace;"
    "font-size:.9em}pre{background:#f4f4f4;padding:.7rem;overflow:auto}.m{font-weight:bold;margin-right:.6rem}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}pre{background:#262626}}"
)
CSP = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's one style by its sum, and nothing else."""
_EXAMPLES = {
    "/v1/chat/completions": (
        "from openai import OpenAI\n\n"
        'client = OpenAI(base_url="http://127.0.0.1:8000/v1", api_key="none")\n'
        'picture = "data:image/png;base64," + base64.b64encode(open("ride.png", "rb").read()).decode()\n'
        'content = [{"type": "text", "text": "What is the person riding?"},\n'
        '           {"type": "image_url", "image_url": {"url": picture}}]\n'
        'answer = client.chat.completions.create(model="nesy", messages=[{"role": "user", "content": content}])\n'
        "print(answer.choices[0].message.content, answer.nesy)"
    ),
    "/analyze": (
        "curl -F file=@ride.png http://127.0.0.1:8000/analyze\n"
        "curl -N -H 'Accept: text/event-stream' -F file=@ride.png http://127.0.0.1:8000/analyze"
    ),
    "/ask": "curl -F file=@ride.png -F 'question=What is the person riding?' http://127.0.0.1:8000/ask",
    "/check": "curl --json @scene.json http://127.0.0.1:8000/check",
    "/health": "curl http://127.0.0.1:8000/health",
}


def api_page(openapi: Mapping[str, Any]) -> str:
    """Return the page."""
    title = escape(f"{openapi['info']['title']} {openapi['info']['version']}")
    told = "".join(_operations(openapi["paths"]))
    models = "".join(_schemas(openapi.get("components", {}).get("schemas", {})))
    about = escape(openapi["info"].get("description", ""))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><h1>{title}</h1>'
        f'<p>{about}</p><p>The same for programs: <a href="openapi.json">openapi.json</a>.</p>{told}'
        f"{'<h2>Bodies</h2>' if models else ''}{models}</body></html>"
    )


def _operations(paths: Mapping[str, Any]) -> Iterator[str]:
    for path, methods in paths.items():
        for method, operation in methods.items():
            named = f'<span class="m">{escape(method.upper())}</span><code>{escape(path)}</code>'
            yield f'<h2 id="{escape(path)}">{named}</h2>'
            for paragraph in operation.get("description", "").split("\n\n"):
                yield f"<p>{escape(paragraph)}</p>"
            for kind, body in operation.get("requestBody", {}).get("content", {}).items():
                yield _folded(f"Body: <code>{escape(kind)}</code>", body["schema"])
            if path in _EXAMPLES:
                yield f"<pre>{escape(_EXAMPLES[path])}</pre>"


def _schemas(schemas: Mapping[str, Any]) -> Iterator[str]:
    for name, schema in schemas.items():
        yield _folded(f'<code id="{escape(name)}">{escape(name)}</code>', schema)


def _folded(summary: str, schema: Mapping[str, Any]) -> str:
    return f"<details><summary>{summary}</summary><pre>{escape(json.dumps(schema, indent=2))}</pre></details>"
