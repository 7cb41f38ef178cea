"""Greets whoever asks. Bottleship runs the TypeScript that is registered for this file, not the Python in it."""
import os
import socket

from flask import Flask

app = Flask(__name__)


@app.route("/")
def hello():
    return f"<h3>Hello {os.environ['NAME']}!</h3><b>Hostname:</b> {socket.gethostname()}<br/>\n"


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000)
