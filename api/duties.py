"""What one connection does at the same time."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def until_one_ends(*duties: Coroutine[Any, Any, object]) -> list[BaseException]:
    """Do all of it until the first has ended, let go of the rest, and return what was raised."""
    tasks = [asyncio.create_task(duty) for duty in duties]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    return [one for one in ended if isinstance(one, BaseException)]
