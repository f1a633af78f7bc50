"""The testing kit: runs documents with fake tasks on a clock that jumps, and asserts on the path.

The fixtures are in `workflows_app.testing.plugin`.
"""

from workflows_app.sdk.local import Answer, Question, VirtualClock
from workflows_app.testing.fake import Fake
from workflows_app.testing.play import Played, play

__all__ = ["Answer", "Fake", "Played", "Question", "VirtualClock", "play"]
