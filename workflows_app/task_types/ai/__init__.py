"""Nodes that ask language models and remote tools.

Only `nodes` may be imported at start-up: what stands behind it needs the extra `ai`, whose packages
take seconds to import, and loads them when a node runs.
"""
