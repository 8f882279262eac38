"""An echo server, or a client, made with the websockets library: `websocket-peer.py server PORT | client PORT`."""

import asyncio
import sys

import websockets


async def serve(port):
    async def echo(socket):
        await socket.send("hello")
        async for message in socket:
            await socket.send(message)

    async with websockets.serve(echo, "127.0.0.1", port, max_size=2**22):
        print("up", flush=True)
        await asyncio.Future()


async def talk(port):
    """Sends texts, bytes and a large message, checks each echo, then closes."""
    async with websockets.connect(f"ws://127.0.0.1:{port}/a", max_size=2**22) as socket:
        assert await socket.recv() == "hello"
        for message in ["a", "", "\u00e4" * 1000, b"\x00\xff" * 500_000]:
            await socket.send(message)
            assert await socket.recv() == message
        await (await socket.ping())
    print(f"closed {socket.close_code}", flush=True)


role, port = sys.argv[1], int(sys.argv[2])
asyncio.run(serve(port) if role == "server" else talk(port))
