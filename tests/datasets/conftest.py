"""A web server on this machine that answers what a test tells it to, and videos in folders."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest


class Server:
    """Answers each path with its bytes, or in turn with a list's bytes and status codes."""

    def __init__(self, answers):
        self.requests = requests = []
        answers = {
            path: iter(answer) if isinstance(answer, list) else answer
            for path, answer in answers.items()
        }

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                requests.append(self.path)
                answer = answers.get(self.path, 404)
                if not isinstance(answer, (bytes, int)):
                    answer = next(answer)
                if isinstance(answer, int):
                    self.send_error(answer)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self._thread.start()

    def stop(self):
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()


@pytest.fixture
def serve():
    """Start a server: ``serve({path: bytes, status or a list of them}) -> Server``."""
    servers = []

    def start(answers):
        servers.append(Server(answers))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def save_frames():
    """Save frames (T, H, W, 3) as images of a folder: ``save_frames(folder, frames)``."""
    image = pytest.importorskip("PIL.Image")

    def save(folder, frames, name="img_{}.png"):
        folder.mkdir(parents=True)
        for t, frame in enumerate(frames):
            image.fromarray(frame).save(folder / name.format(t))

    return save


@pytest.fixture
def save_video():
    """Save frames (T, H, W, 3) as a file without losses: ``save_video(path, frames)``."""
    av = pytest.importorskip("av")

    def save(path, frames, rotation=0):
        codec, pixels = ("png", "rgb24") if path.suffix == ".mov" else ("ffv1", "bgr0")
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=25)
            stream.height, stream.width = frames.shape[1:3]
            stream.pix_fmt = pixels
            if rotation:
                stream.set_display_rotation(rotation)
            for frame in frames:
                picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
                container.mux(stream.encode(picture))
            container.mux(stream.encode())

    return save
