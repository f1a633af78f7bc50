"""While this app is installed, every message is delivered twice: hints and wake-ups.

Celery's own words between workers, which have no part in the engine, are left alone.
"""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from channels_redis.pubsub import RedisPubSubLoopLayer
from django.conf import settings
from kombu import Producer

_publish = Producer.publish
_group_send = RedisPubSubLoopLayer.group_send


def _publish_twice(producer: Producer, body: Any, *arguments: Any, **options: Any) -> Any:
    if options.get("routing_key") == settings.CELERY_TASK_DEFAULT_QUEUE:
        _publish(producer, body, *arguments, **options)
    return _publish(producer, body, *arguments, **options)


async def _group_send_twice(
    layer: RedisPubSubLoopLayer, group: str, message: dict[str, Any]
) -> None:
    await _group_send(layer, group, message)
    await _group_send(layer, group, message)


patch.object(Producer, "publish", _publish_twice).start()
RedisPubSubLoopLayer.group_send = _group_send_twice
