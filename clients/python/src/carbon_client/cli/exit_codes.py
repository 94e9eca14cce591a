"""What the exit code says. Those of `run` are above 120, seldom used by others, since it passes theirs."""

from __future__ import annotations

DONE = 0
USAGE = 2
OVER_BUDGET = 3
UNREACHABLE = 121
REFUSED = 122
TOO_LATE = 123
NOT_DONE = 124
CANNOT_RUN = 126
NOT_FOUND = 127
INTERRUPTED = 130
BROKEN_PIPE = 141

MEANINGS = {
    DONE: "the answer was written; of `run`: the command ended well",
    USAGE: "the command line is wrong",
    OVER_BUDGET: "of `ci report`: beyond --budget; with --strict also if that is not known",
    UNREACHABLE: "the service cannot be reached, is busy, or failed",
    REFUSED: "the service refused the question, or the key",
    TOO_LATE: "the best window begins later than --max-wait allows",
    NOT_DONE: "what was waited for did not come within --max-wait",
    CANNOT_RUN: "the command of `run` cannot be executed",
    NOT_FOUND: "the command of `run` is not found",
    INTERRUPTED: "interrupted with Ctrl-C",
    BROKEN_PIPE: "the reader of the output has gone",
}
