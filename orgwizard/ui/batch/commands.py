"""Creating and checking from a plan, without questions: stages as lines on stderr, the result on stdout."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from orgwizard.application.order_builder import preview
from orgwizard.application.service import Service
from orgwizard.domain.draft import Draft
from orgwizard.domain.errors import Busy, Exit, Repeated, WizardError
from orgwizard.domain.events import Event, Progress, Result
from orgwizard.domain.http import masked
from orgwizard.presentation import json_report, text_report
from orgwizard.presentation.progress_text import ProgressText
from orgwizard.providers import provider_of
from orgwizard.providers.contract import Connection, Finding, Order, Provider
from orgwizard.storage.attempt_journal import Record
from orgwizard.ui.batch.ci_masks import hide
from orgwizard.ui.batch.confirmation import confirm
from orgwizard.ui.batch.signals import EndingSignals, leaving_on_signal
from orgwizard.ui.batch.streams import write_json, write_stderr, write_stdout

PRINTED_ABOVE = "shown above, and stored nowhere else"
LOOK_SECONDS = 0.5


def dry_run(draft: Draft, *, as_json: bool) -> int:
    """Print the create request with its secrets masked; none is read, no command is run, and nothing is sent."""
    provider = provider_of(draft.provider)
    order = preview(provider, draft)
    call = provider.request(order)
    shown = {"method": call.method, "url": call.url, "headers": masked(call.headers), "body": masked(call.body)}
    if as_json:
        write_json(_nothing_created(provider, order) | {"dry_run": True, "request": shown})
    else:
        write_stdout("\n".join(text_report.request(call)))
    return Exit.READY


def check(service: Service, draft: Draft, *, as_json: bool, other_sites: bool = False) -> int:
    """Print what reads and a trial of the store prove about a plan, and against it; nothing is created.

    With *other_sites*, credentials that are refused are tried at the vendor's other sites. Returns the exit code.
    """
    provider, order = provider_of(draft.provider), _ordered(service, draft)
    passed: list[Finding] = []
    try:
        checked = service.check(provider, order.connection, order.organization, passed.append).result()
        findings = (*checked.findings, _tested_store(service, draft.store))
    except WizardError as error:
        if provider.of_another_site(error):
            error.advise(_about_other_sites(service, provider, order.connection, asked=other_sites))
        return _failed(provider, order, passed, error, as_json=as_json)
    if as_json:
        said = {"parent": checked.parent, "findings": json_report.findings_as_json(findings)}
        write_json(_nothing_created(provider, order) | said)
    else:
        write_stdout("\n".join(text_report.findings(replace(checked, findings=findings))))
    return Exit.READY


def _tested_store(service: Service, store: Any) -> Finding:
    """Return what a trial of the store proved; raises `LocalFailure`."""
    try:
        return Finding("Store", "ok", service.probe(store).result())
    except WizardError as error:
        error.meaning = "The store was tested and cannot be used."
        raise


def _failed(provider: Provider, order: Order, passed: Sequence[Finding], error: WizardError, *, as_json: bool) -> int:
    """Print how far a check came, and what ended it; returns the exit code."""
    if as_json:
        said = {"parent": None, "findings": json_report.findings_as_json(passed)}
        write_json(_nothing_created(provider, order, error) | said)
    elif passed:
        write_stdout("\n".join(finding.line for finding in passed))
    write_stderr("\n".join(error.lines()))
    return error.exit_code


def _about_other_sites(service: Service, provider: Provider, connected: Connection, *, asked: bool) -> str:
    """Say which of the vendor's other sites know the credentials, or how to ask them."""
    if not asked:
        return f"With check --other-sites, {provider.title}'s other sites are tried, too."
    return text_report.elsewhere(provider, service.elsewhere(provider, connected).result())


def _nothing_created(provider: Provider, order: Order, error: WizardError | None = None) -> dict[str, Any]:
    site, name = order.connection.site.key, order.wanted.name
    return Result("not_created", provider.key, site, name, error=error).as_json()


def create(
    service: Service, draft: Draft, *, yes: bool, again: bool = False, as_json: bool, quiet: bool = False
) -> int:
    """Create the org of a plan and print the result; returns the exit code, 128+n after a signal.

    One org per order: whoever repeats the command, as schedulers do, gets the result of the first attempt, which is
    finished first where it is still open, and nothing is sent; only *again* creates a second org.
    """
    provider = provider_of(draft.provider)
    order = _ordered(service, draft)
    try:
        if not again and (earlier := service.earlier(provider, order.wanted, order.connection.credentials)):
            code = _first_result(service, provider, order, earlier.error(), as_json=as_json, quiet=quiet)
            if code is not None:
                return code
        if not yes:
            confirm("\n".join(text_report.order(provider, order, draft.store)), "create")
        return _created(service, provider, order, draft.store, again=again, as_json=as_json, quiet=quiet)
    except Busy as busy:
        return _kept_out(provider, order, busy, as_json=as_json)


def _created(
    service: Service, provider: Provider, order: Order, store: Any, *, again: bool, as_json: bool, quiet: bool
) -> int:
    """Create the org, or tell the first result where the check, or another program, showed that there is one."""
    while True:  # each round settles an attempt that stood in the way
        with leaving_on_signal(service.engine) as taking:

            def begin(tell: Callable[[Event], None]) -> bool:
                return service.create(provider, order, store, tell, again=again)

            result = _followed(service, begin, taking, as_json=as_json, quiet=quiet)
            if taking.caught or not isinstance(result.error, (Busy, Repeated)):
                return _report(service, result, taking, as_json=as_json)
        code = _first_result(service, provider, order, result.error, as_json=as_json, quiet=quiet)
        if code is not None:
            return code


def _kept_out(provider: Provider, order: Order, busy: Busy, *, as_json: bool) -> int:
    """Tell that another program is at this order, whose outcome nobody knows yet; returns the exit code."""
    if as_json:
        write_json(_nothing_created(provider, order, busy) | {"outcome": None})
    write_stderr("\n".join(busy.lines()))
    return busy.exit_code


def _first_result(
    service: Service, provider: Provider, order: Order, error: WizardError, *, as_json: bool, quiet: bool
) -> int | None:
    """Tell what became of the first attempt at an order that is repeated, finishing it where it is open.

    Returns the exit code, None where that attempt turns out to have created nothing. Raises what keeps it from that.
    """
    if not isinstance(error, Repeated):
        raise error
    record = service.journal.get(error.attempt)
    if error.kind == "done":
        write_stderr(f"{error.cause} Nothing was sent; --again creates a second one.")
        return look(record, as_json=as_json)
    with leaving_on_signal(service.engine) as taking:
        if error.kind == "unclear":
            site = order.connection.site.key
            unknown = Result("unknown", provider.key, site, order.wanted.name, attempt=record.id, error=error)
            return _report(service, unknown, taking, as_json=as_json)
        write_stderr(f"Attempt {record.id} at this org is not finished: {text_report.STATE_WORDS[record.state]}.")
        write_stderr("It is finished first; nothing is sent twice.")
        result = _followed(service, lambda tell: service.resume(record, tell), taking, as_json=as_json, quiet=quiet)
        if result.outcome != "not_created" or taking.caught:
            return _report(service, result, taking, as_json=as_json)
    why = f" {result.error.cause}" if result.error else ""
    write_stderr(f"That attempt created nothing.{why} It is created now.")
    return None


def look(record: Record, *, as_json: bool) -> int:
    """Print an attempt about which nothing is left to do, as when it ended; returns its exit code."""
    if as_json:
        write_json(json_report.stored_result(record))
    else:
        write_stdout("\n".join(text_report.attempt(record)))
    return text_report.exit_code(record)


def resume(service: Service, record: Record, *, as_json: bool) -> int:
    """Finish an attempt that was interrupted and print the result; returns the exit code, 128+n after a signal."""
    with leaving_on_signal(service.engine) as taking:
        result = _followed(service, lambda tell: service.resume(record, tell), taking, as_json=as_json)
        return _report(service, result, taking, as_json=as_json)


def _report(service: Service, result: Result, taking: EndingSignals, *, as_json: bool) -> int:
    """Print a result; returns the exit code, 128+n after a signal.

    What stdout does not take goes to stderr; keys that neither takes, because they are closed, full or stand still
    until a signal ends the wait, go to a private file.
    """
    if result.secrets and taking.keys_printed:  # on arrival
        service.keys_shown(result)
        result = replace(result, secrets={}, stored_words=PRINTED_ABOVE)
    lines, taken = "\n".join(text_report.result(result)), False
    with taking.ending_a_wait():
        hide(result.secrets, as_json=as_json)
        taken = (write_json(result.as_json()) if as_json else write_stdout(lines)) or write_stderr(lines)
    if result.secrets:
        if taken:
            service.keys_shown(result)
        else:
            result = service.save_unshown_keys(result)
    with taking.ending_a_wait():
        if result.error is not None:
            write_stderr("\n".join(result.error.lines()))
    service.engine.idle.wait()  # the end is in the journal before the program ends
    return 128 + taking.caught[0] if taking.caught else result.exit_code


def _followed(
    service: Service,
    begin: Callable[[Callable[[Event], None]], bool],
    taking: EndingSignals,
    *,
    as_json: bool,
    quiet: bool = False,
) -> Result:
    """Run a flow to its end, stages on stderr; one that nobody reads holds up the telling, and not the flow.

    Keys that are stored nowhere are printed when they come; with --json they are in the one object at the end.
    """
    events: SimpleQueue[Event] = SimpleQueue()
    tell = _stages(quiet=quiet)
    begin(events.put)
    if taking.caught:  # before there was anything to end
        service.engine.leave()
    while True:
        try:
            event = events.get(timeout=LOOK_SECONDS)
        except Empty:
            if service.engine.idle.is_set() and events.empty():
                raise RuntimeError("a creation ended without a result") from None
            continue
        if isinstance(event, Result):
            return event
        with taking.ending_a_wait():
            if isinstance(event, Progress):
                tell(event)
            elif not as_json and _printed(event.result):
                taking.keys_printed = True
                service.engine.keys_shown()


def _printed(result: Result) -> bool:
    """Print keys that are stored nowhere, and return whether stdout took them."""
    hide(result.secrets, as_json=False)
    return write_stdout("\n".join(text_report.keys(result)))


def _ordered(service: Service, draft: Draft) -> Order:
    """Return the validated order, having warned of secrets that lie open."""
    for remark in service.remarks(draft):
        write_stderr(remark)
    return service.order(provider_of(draft.provider), draft)


def _stages(*, quiet: bool) -> Callable[[Progress], None]:
    """Return what prints the stages of one run."""
    return (lambda _: None) if quiet else partial(tell_stage, ProgressText())


def tell_stage(telling: ProgressText, event: Progress) -> None:
    """Print a stage as a line, where it is worth one."""
    if words := telling.words(event):
        write_stderr(f"{event.stage:>7}  {words}")
