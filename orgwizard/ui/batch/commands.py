"""Creating and checking from a plan, without questions: stages as lines on stderr, the result on stdout."""

from collections.abc import Sequence
from dataclasses import replace

from orgwizard.application.order_builder import preview
from orgwizard.application.service import Service
from orgwizard.domain.errors import Exit, WizardError
from orgwizard.domain.forms.draft import Draft
from orgwizard.presentation import text_report
from orgwizard.presentation.json import json_report
from orgwizard.providers import provider_of
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import Finding
from orgwizard.providers.order import Connection, Order
from orgwizard.storage.attempts.record import Record
from orgwizard.ui.batch.follower import Follower
from orgwizard.ui.batch.plan_run import PlanRun, nothing_created
from orgwizard.ui.batch.signals import leaving_on_signal
from orgwizard.ui.batch.streams import write_json, write_stderr, write_stdout


def dry_run(draft: Draft, *, as_json: bool) -> int:
    """Print the create request with its secrets masked; none is read, no command is run, and nothing is sent."""
    provider = provider_of(draft.provider)
    order = preview(provider, draft)
    call = provider.request(order)
    if as_json:
        write_json(nothing_created(provider, order) | {"dry_run": True, "request": json_report.request_as_json(call)})
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
        checked = service.checks.parent(provider, order.connection, order.organization, passed.append).result()
        findings = (*checked.findings, _tested_store(service, draft.store))
    except WizardError as error:
        if provider.of_another_site(error):
            error.advise(_about_other_sites(service, provider, order.connection, asked=other_sites))
        return _failed(provider, order, passed, error, as_json=as_json)
    if as_json:
        said = {"parent": checked.parent, "findings": json_report.findings_as_json(findings)}
        write_json(nothing_created(provider, order) | said)
    else:
        write_stdout("\n".join(text_report.findings(replace(checked, findings=findings))))
    return Exit.READY


def _tested_store(service: Service, store: object) -> Finding:
    """Return what a trial of the store proved; raises `LocalFailure`."""
    test = service.checks.store(store).result()
    if test.error:
        test.error.meaning = "The store was tested and cannot be used."
        raise test.error
    return Finding("Store", "ok", test.words)


def _failed(provider: Provider, order: Order, passed: Sequence[Finding], error: WizardError, *, as_json: bool) -> int:
    """Print how far a check came, and what ended it; returns the exit code."""
    if as_json:
        said = {"parent": None, "findings": json_report.findings_as_json(passed)}
        write_json(nothing_created(provider, order, error) | said)
    elif passed:
        write_stdout("\n".join(finding.line for finding in passed))
    write_stderr("\n".join(error.lines()))
    return error.exit_code


def _about_other_sites(service: Service, provider: Provider, connected: Connection, *, asked: bool) -> str:
    """Say which of the vendor's other sites know the credentials, or how to ask them."""
    if not asked:
        return f"With check --other-sites, {provider.title}'s other sites are tried, too."
    return text_report.elsewhere(provider, service.checks.elsewhere(provider, connected).result())


def create(
    service: Service, draft: Draft, *, yes: bool, again: bool = False, as_json: bool, quiet: bool = False
) -> int:
    """Create the org of a plan and print the result; returns the exit code, 128+n after a signal."""
    provider, order = provider_of(draft.provider), _ordered(service, draft)
    return PlanRun(Follower(service, as_json, quiet), provider, order, draft.store, again).run(yes=yes)


def resume(service: Service, record: Record, *, as_json: bool) -> int:
    """Finish an attempt that was interrupted and print the result; returns the exit code, 128+n after a signal."""
    follower = Follower(service, as_json)
    with leaving_on_signal(service.engine) as taking:
        return follower.report(follower.follow(lambda tell: service.creations.resume(record, tell), taking), taking)


def _ordered(service: Service, draft: Draft) -> Order:
    """Return the validated order, after warning about world-readable secrets."""
    for remark in service.reader.remarks(draft):
        write_stderr(remark)
    return service.reader.order(provider_of(draft.provider), draft)
