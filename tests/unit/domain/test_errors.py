from domain.errors import ClewError, RuleError


def test_an_error_tells_what_failed_why_and_what_to_do() -> None:
    error = ClewError("inbox", reason="disk is full", advice="free some space")
    assert str(error) == "Clew cannot go on with this: inbox: disk is full (free some space)"
    assert (error.subject, error.reason, error.advice) == (
        "inbox",
        "disk is full",
        "free some space",
    )


def test_a_rule_error_has_a_code_that_can_be_put_into_words() -> None:
    error = RuleError("visit", code="unknown_group", detail="web")
    assert (error.subject, error.code, error.detail) == ("visit", "unknown_group", "web")
    assert str(error).endswith("visit: unknown group: web")
    assert str(RuleError("visit", code="defined_twice")).endswith("visit: defined twice")


def test_the_docstring_is_the_default_message() -> None:
    assert str(ClewError()) == "Clew cannot go on with this"
