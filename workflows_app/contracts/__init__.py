"""What the app tells the outside: immutable shapes that selectors return and API and sockets send.

Every field is always present; null is spelled out. No Django in here.
"""
