import stat

import pytest

from controller.access import SESSION_TTL, SIGN_IN_CODE_TTL
from controller.errors import NotAuthenticated


def test_a_token_is_its_owners_and_is_not_stored(services):
    token = services.access.create_token("Lan", may_approve_alone=False)
    person = services.access.authenticate(token)
    assert (person.name, person.may_approve_alone) == ("Lan", False)
    assert token.encode() not in services.settings.database.read_bytes()
    for wrong in ("", "admin", "88888888", token[:-1], token + "x", "\ud800"):
        with pytest.raises(NotAuthenticated):
            services.access.authenticate(wrong)


def test_a_sign_in_code_works_once_and_not_for_ever(services, clock):
    code = services.access.create_sign_in_code("Lan")
    session = services.access.sign_in(code)
    assert services.access.session(session).name == "Lan"
    with pytest.raises(NotAuthenticated):
        services.access.sign_in(code)
    late = services.access.create_sign_in_code("Lan")
    clock.turn(seconds=SIGN_IN_CODE_TTL.total_seconds())
    with pytest.raises(NotAuthenticated):
        services.access.sign_in(late)


def test_a_session_ends(services, clock):
    session, other = (
        services.access.sign_in(services.access.create_sign_in_code("Lan")) for _ in range(2)
    )
    services.access.sign_out(session)
    with pytest.raises(NotAuthenticated):
        services.access.session(session)
    clock.turn(seconds=SESSION_TTL.total_seconds())
    with pytest.raises(NotAuthenticated):
        services.access.session(other)
    services.access.forget_expired()


def test_kinds_of_secrets_are_not_exchangeable(services):
    token = services.access.create_token("Lan", may_approve_alone=True)
    code = services.access.create_sign_in_code("Lan")
    for secret in (token, code):
        with pytest.raises(NotAuthenticated):
            services.access.session(secret)
        with pytest.raises(NotAuthenticated):
            services.access.authenticate_device(secret)
    with pytest.raises(NotAuthenticated):
        services.access.authenticate(code)


def test_a_fresh_installation_has_no_credential_at_all(services):
    assert services.access.nobody_yet()
    services.access.create_sign_in_code("Lan")
    assert not services.access.nobody_yet()


def test_the_plan_key_is_made_once_and_kept_from_others(services):
    path = services.settings.data_dir / "keys" / "plan.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == 32
    assert services.plan_key != path.read_bytes()
