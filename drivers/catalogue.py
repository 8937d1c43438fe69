"""Every dialect there is, by the name that configuration calls it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import drivers.am03127.driver
from drivers.dialect import Dialect

_ALL: Final = (drivers.am03127.driver.DIALECT,)

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType({one.name: one for one in _ALL})
