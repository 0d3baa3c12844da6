"""A report as JUnit XML, for continuous integration: a suite a candidate, a case a claim."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from equipoise.trials.runs.report import RunReport, fails, slice_fails
from equipoise.trials.runs.verdicts import OPEN, CandidateVerdict

# What XML 1.0 has no spelling for, of which a slice's name may hold any.
_UNSPELT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_xml(report: RunReport, fail_on: Collection[str]) -> str:
    """The whole document. A verdict that `fail_on` names is a failure, any other open one skipped.

    A slice fails where it is inferior; open it is skipped, as most are where items are few.
    """
    suites = Element("testsuites", name=_text(f"trial of {report.plan.workload}"))
    for found in report.judged:
        suites.append(_suite(report, found, fail_on))
    for name in ("tests", "failures", "skipped"):
        suites.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suites, encoding="unicode")}\n'


def _suite(report: RunReport, found: CandidateVerdict, fail_on: Collection[str]) -> Element:
    suite = Element("testsuite", name=_text(found.tally.candidate))
    for case, verdict, sentence, bad in _cases(report, found, fail_on):
        name = _text(f"{report.plan.workload}.{found.tally.candidate}")
        written = SubElement(suite, "testcase", classname=name, name=_text(case))
        if bad:
            failure = SubElement(written, "failure", type=verdict, message=_text(sentence))
            failure.text = _text(sentence)
        elif verdict in OPEN:
            SubElement(written, "skipped", message=_text(sentence))
        else:
            SubElement(written, "system-out").text = _text(sentence)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("errors", "0")
    suite.set("time", f"{sum(found.tally.seconds):.3f}")
    return suite


def _cases(
    report: RunReport, found: CandidateVerdict, fail_on: Collection[str]
) -> Iterator[tuple[str, str, str, bool]]:
    failed = fails(found.verdict, fail_on)
    yield f"verdict: {report.bar}", found.verdict, found.sentence, failed
    for row in found.slices:
        yield f"slice {row.name}", row.verdict, row.sentence, slice_fails(row, fail_on)


def _text(words: str) -> str:
    return _UNSPELT.sub("�", words)
