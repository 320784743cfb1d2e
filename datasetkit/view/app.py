"""What the server answers: the page, its state, the clips with their pictures, and edits."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from datasetkit.edits import Which
from datasetkit.errors import DatasetkitError
from datasetkit.footage import Thumbnail
from datasetkit.view.folder import ViewedClip, inside
from datasetkit.view.page import page, static_files
from datasetkit.view.pictures import ClipPictures
from datasetkit.view.plainfiles import line_changes
from datasetkit.view.previews import PreviewMaker
from datasetkit.view.requests import diff_of, edit_of, json_body, version_of
from datasetkit.view.saving import OutdatedError, digest_of
from datasetkit.view.session import Session
from datasetkit.view.showing import Json
from datasetkit.view.work import ClipLooker

Answer = Callable[[Request], Awaitable[Response]]
_AT_ONCE = 0.05  # seconds that an answer to an edit waits for what changes in the findings; later ones have it else
_DIGITS = 10  # of a number in an address


class ViewServer:
    """The answers to the requests of one session's page."""

    def __init__(self, session: Session, looker: ClipLooker, maker: PreviewMaker) -> None:
        self._session, self._looker, self._maker = session, looker, maker
        self._pictures, self._static = ClipPictures(session), static_files()

    def app(self) -> Starlette:
        """The ASGI application, without the gate before it."""
        routes = [
            Route("/", _answering(self._page)),
            Route("/static/{name}", _answering(self._file)),
            Route("/state", _answering(self._state)),
            Route("/diff", _answering(self._diff)),
            Route("/clip/{key}/video", _answering(self._video)),
            Route("/clip/{key}/strip", _answering(self._strip)),
            Route("/clip/{key}/image/{which}", _answering(self._image)),
            Route("/clip/{key}/{which}", _answering(self._edge)),
            Route("/edit", _posting(self._edit), methods=["POST"]),
            Route("/undo", _posting(self._undo), methods=["POST"]),
            Route("/redo", _posting(self._redo), methods=["POST"]),
            Route("/save", _posting(self._save), methods=["POST"]),
            Route("/reload", _posting(self._reload), methods=["POST"]),
        ]
        return Starlette(routes=routes)

    def _page(self, _request: Request) -> Response:
        return Response(page(self._session.folder.root.resolve().name), media_type="text/html")

    def _file(self, request: Request) -> Response:
        found = self._static.get(request.path_params["name"])
        return Response(found.content, media_type=found.type) if found else _missing()

    def _state(self, request: Request) -> Response:
        since = request.query_params.get("since", "0")
        return _json(self._session.state(int(since) if since.isdecimal() and len(since) < _DIGITS else 0))

    def _diff(self, _request: Request) -> Response:
        shown, changes = [], self._session.changes()
        for name, (before, now) in changes.items():
            text, runs = line_changes(name, before, now)
            shown.append({"name": name, "diff": text, "lines": [asdict(run) for run in runs]})
        return _json({"files": shown, "digest": digest_of(changes)})

    def _video(self, request: Request) -> Response:
        clip = self._clip(request)
        self._looker.displayed = clip.key
        playback = self._session.playback(clip.key)
        if playback.preview == "failed":
            return _refusal(f"no preview could be made: {playback.reason}", "Convert the clip to MP4.", 404)
        if playback.plays == "preview":
            place = self._maker.preview(clip.key)
            if place is None:
                return _refusal("the preview is being made", "It will appear here.", 202)
            return FileResponse(place, media_type="video/mp4")
        original = inside(self._session.folder, clip.path) if playback.plays == "original" else None
        return FileResponse(original, media_type="video/mp4") if original else _missing()

    def _strip(self, request: Request) -> Response:
        return _picture(request, self._pictures.strip(self._clip(request)))

    def _image(self, request: Request) -> Response:
        return _picture(request, self._pictures.image(self._clip(request), _which(request)))

    def _edge(self, request: Request) -> Response:
        window = request.query_params.get("window", "0")
        number = int(window) if window.isdecimal() and len(window) < _DIGITS else 0
        return _picture(request, self._pictures.edge(self._clip(request), number, _which(request)))

    def _edit(self, body: Mapping[str, Any]) -> Json:
        self._session.edit(version_of(body), edit_of(body))
        return self._changed(body)

    def _undo(self, body: Mapping[str, Any]) -> Json:
        self._session.undo(version_of(body))
        return self._changed(body)

    def _redo(self, body: Mapping[str, Any]) -> Json:
        self._session.redo(version_of(body))
        return self._changed(body)

    def _save(self, body: Mapping[str, Any]) -> Json:
        self._session.save(diff_of(body))
        return self._changed(body)

    def _reload(self, body: Mapping[str, Any]) -> Json:
        lost = self._session.reload()
        return {"state": self._changed(body), "lost": lost}

    def _changed(self, body: Mapping[str, Any]) -> Json:
        """The state after a change; with the findings, where they are there at once."""
        self._session.wait_until(lambda: self._session.is_judged, _AT_ONCE)
        return self._session.state(version_of(body))

    def _clip(self, request: Request) -> ViewedClip:
        return self._session.clip(request.path_params["key"])


def _answering(answer: Callable[[Request], Response]) -> Answer:
    """An endpoint that answers in a thread of its own; what can't be answered is said in plain words."""

    async def endpoint(request: Request) -> Response:
        try:
            return await run_in_threadpool(answer, request)
        except DatasetkitError as error:
            return _refusal(str(error), error.next_step, 404)

    return endpoint


def _posting(change: Callable[[Mapping[str, Any]], Json]) -> Answer:
    """An endpoint that changes something: 409 where others have changed it, 422 for values that can't be used."""

    async def endpoint(request: Request) -> Response:
        try:
            return _json(await run_in_threadpool(change, await json_body(request)))
        except OutdatedError as error:
            return _json({"error": str(error), "next": "Look at what is there now.", "files": [*error.files]}, 409)
        except DatasetkitError as error:
            return _refusal(str(error), error.next_step, 422)

    return endpoint


def _which(request: Request) -> Which:
    try:
        return Which(request.path_params["which"])
    except ValueError as error:
        raise DatasetkitError("a clip has a first and a last frame", "Reload the page.") from error


def _picture(request: Request, picture: Thumbnail | None) -> Response:
    if picture is None:
        return _missing()
    tag = f'"{sha256(picture.webp).hexdigest()[:24]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(picture.webp, media_type="image/webp", headers={"ETag": tag})


def _missing() -> Response:
    return _refusal("there is nothing here", "Reload the page.", 404)


def _refusal(error: str, following: str, status: int) -> Response:
    return _json({"error": error, "next": following}, status)


def _json(value: Json, status: int = 200) -> Response:
    """JSON in ASCII: a path may hold bytes that aren't UTF-8."""
    return Response(json.dumps(value, separators=(",", ":")), status, media_type="application/json")
