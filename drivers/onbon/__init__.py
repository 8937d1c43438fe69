"""Onbon (Shanghai YangBang) controllers: graphic cards BX-5E, BX-6E, BX-6Q, and font cards."""
