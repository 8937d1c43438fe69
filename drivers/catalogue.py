"""Every dialect there is, by the name that configuration calls it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import drivers.alpha.driver
import drivers.am03127.driver
import drivers.artnet.driver
import drivers.ddp.driver
import drivers.hanover.driver
import drivers.huidu.driver
import drivers.luminator.driver
import drivers.mobitec.driver
import drivers.novastar.driver
import drivers.ntcip.driver
import drivers.onbon.driver
import drivers.onbon.fontcard
import drivers.sacn.driver
from drivers.dialect import Dialect

_ALL: Final = (
    drivers.alpha.driver.DIALECT,
    drivers.am03127.driver.DIALECT,
    drivers.onbon.driver.BX5,
    drivers.onbon.driver.BX6,
    drivers.onbon.fontcard.DIALECT,
    drivers.novastar.driver.DIALECT,
    drivers.ntcip.driver.DIALECT,
    drivers.hanover.driver.DIALECT,
    drivers.mobitec.driver.DIALECT,
    drivers.huidu.driver.DIALECT,
    drivers.luminator.driver.DIALECT,
    drivers.ddp.driver.DIALECT,
    drivers.sacn.driver.DIALECT,
    drivers.artnet.driver.DIALECT,
)

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType({one.name: one for one in _ALL})
