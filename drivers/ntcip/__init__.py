"""NTCIP 1203 dynamic message signs: SNMP objects over UDP or PMPP."""
