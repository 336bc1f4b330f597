"""Programs and maps of a switch for asyncio: a connection on which many calls are under way.

>>> import asyncio
>>> from oko_py import aio
>>> async def main():
...     async with aio.Bridge("br0") as bridge:
...         program = await bridge.load(1, "stateless-firewall.o")
...         table = program.maps["lookup_table"]
...         await table.update({"172.16.0.14": "DROP"})
...         await asyncio.gather(*(table.delete(key) for key in stale))
...         async for key, value in table:
...             print(key, value)
>>> asyncio.run(main())

The same as :mod:`oko_py.ofctl`, with the same types and exceptions, except that nothing is left to
``ovs-ofctl``: there are no flows here, and a bridge without a socket is :class:`BridgeNotFound` or
:class:`Unreachable`.  Calls of several tasks don't wait for each other's answers.  A call that is
cancelled may have been done, or not.
"""

from oko_py._net.target import TLS
from oko_py.aio._bridge import Bridge
from oko_py.aio._connection import Connection
from oko_py.aio._programs import Map, Maps, Program

__all__ = ["TLS", "Bridge", "Connection", "Map", "Maps", "Program"]
