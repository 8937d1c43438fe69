"""Messages and broadcast drafts for tests of the controller."""

from controller.model import Align, BroadcastDraft, ContentKind, Person, RuleDraft

CHIEF = Person("p1", "Chủ tịch", may_approve_alone=True)
CLERK = Person("p2", "Cán bộ", may_approve_alone=False)


def message(services, text="Chào"):
    return services.library.create_message(
        text, font=None, align=Align.CENTER, speed_px_s=40, person=CHIEF
    )


def draft(services, *targets, text="Chào", rule=None, **fields):
    return BroadcastDraft(
        content_kind=ContentKind.MESSAGE,
        content_id=message(services, text).id,
        targets=targets,
        rule=rule or RuleDraft(duration_s=600),
        **fields,
    )
