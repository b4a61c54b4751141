"""An agent's program, made of the protocol's own Python SDK: prints what came of its visit as one JSON document."""

import asyncio
import json
import os
import sys

import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import Implementation

DOOR, MODE, ADDRESS, TOKEN = sys.argv[1:]


def server():
    if DOOR == "http":
        headers = {"authorization": f"Bearer {TOKEN}"}
        return streamable_http_client(f"{ADDRESS}/mcp", http_client=httpx2.AsyncClient(headers=headers))
    environment = {"FETCHCATCH_TOKEN": TOKEN, "FETCHCATCH_URL": ADDRESS, "PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    return StdioServerParameters(command="fcc", args=["mcp"], env=environment)


def told(result):
    return {"isError": bool(result.is_error), **json.loads(result.content[0].text)}


async def visit():
    async with Client(server(), mode=MODE, client_info=Implementation(name="python-sdk", version="1.0")) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        draft = told(await client.call_tool("get_draft", {"type": "connector", "slug": "crm"}))
        patch = {"slug": "crm", "etag": draft["etag"], "patch": {"settings": {"batch": 7}}}
        written = told(await client.call_tool("patch_draft", patch))
        again = told(await client.call_tool("patch_draft", patch))
        asked = told(await client.call_tool("request_publish", {"type": "connector", "slug": "crm"}))
        try:
            published = told(await client.call_tool("publish", {"slug": "crm", "base_version": 1}))
        except MCPError as refusal:
            published = {"refused": str(refusal)}
        return {
            "protocol": client.protocol_version,
            "tools": tools,
            "draft": draft,
            "written": written,
            "again": again,
            "asked": asked,
            "published": published,
        }


print(json.dumps(asyncio.run(visit())))
