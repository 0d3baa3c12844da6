"""A logged event stream as the answer it says, decoded as an upstream's is."""

from __future__ import annotations

from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import gather
from equipoise.domain.request import Answer
from equipoise.errors import BadReplyError, ProviderError
from equipoise.trials.imports.call import UnreadableError
from equipoise.wire.codec import CODECS

# What stands in a stream where a tool is called, in OpenAI's and in Anthropic's dialect.
_TOOLS = (b'"tool_calls"', b'"tool_use"')


def gathered(dialect: Dialect, stream: bytes, end: bytes = b"") -> tuple[Answer, bool]:
    """The answer, and whether it is more than text; `end` is the terminator, which logs leave out.

    Raises UnreadableError where the stream broke off or is not the dialect's.
    """
    decoder = CODECS[dialect].stream_decoder()
    try:
        events = list(decoder.feed(stream + end))
        decoder.close()
    except BadReplyError as error:
        raise UnreadableError("the stream ends before the answer does, or is no stream") from error
    except ProviderError as error:
        raise UnreadableError("the call failed: the endpoint broke its answer off") from error
    answer = gather(events)
    return answer, not answer.text and any(word in stream for word in _TOOLS)
