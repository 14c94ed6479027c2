"""Sleep that ends with the work."""

import asyncio


async def pause(seconds: float, stop: asyncio.Event) -> None:
    """Sleep, or wake at once when `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
