"""The admin: every table, engine-owned rows read only, operator actions that call the services.

`registration` is imported when the apps are ready, so that settings may read `theme` before.
"""
