from __future__ import annotations

from collections.abc import Iterator

import pytest
from chat_server import GOOD, ChatServer

from datasetkit.caption.instruction import TimedFrame, request
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.chat import Completion, complete
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import resolve
from datasetkit.modelstudio.pace import Pace

FRAME = TimedFrame(0.0, "data:image/jpeg;base64,AAAA")
BODY = request("eyes", ["One.", "Two."], [FRAME, FRAME])


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as made:
        made.answer = lambda _number: GOOD
        yield made


@pytest.fixture
def chat(server: ChatServer, pace: Pace) -> Iterator[Client]:
    with Client(resolve(env={}, base_url=server.base_url), None, pace=pace) as made:
        yield made


def test_the_body_word_for_word(server: ChatServer, chat: Client) -> None:
    assert complete(chat, BODY) == Completion(GOOD, "stop", 3650, 60)
    image = {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,AAAA"}}
    content = [{"type": "text", "text": "One.\n\nTwo."}, image, image]
    message = {"role": "user", "content": content}
    assert server.requests == [{"model": "eyes", "temperature": 0, "max_tokens": 400, "messages": [message]}]


@pytest.mark.parametrize(("fault", "tries"), [("busy", 2), ("lost", 2), ("no choices", 1), ("no model", 1)])
def test_what_may_pass_is_tried_again(server: ChatServer, chat: Client, fault: str, tries: int) -> None:
    server.faults.append(fault)
    if tries == 1:
        with pytest.raises(ServiceError):
            complete(chat, BODY)
    else:
        assert complete(chat, BODY).text == GOOD
    assert len(server.requests) == tries


def test_no_content_is_an_empty_text(server: ChatServer, chat: Client) -> None:
    server.always = "no content"
    assert complete(chat, BODY).text == ""


def test_an_unknown_model_is_asked_about(server: ChatServer, chat: Client) -> None:
    server.always = "no model"
    with pytest.raises(ServiceError, match="model not found") as caught:
        complete(chat, BODY)
    assert "--captioner" in caught.value.next_step
