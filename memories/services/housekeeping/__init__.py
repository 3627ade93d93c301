"""Housekeeping: what cron does once a day to keep the store in order (see `run`).

Each piece of work is a step; floors above register their own (`steps`). A step works in batches, each a transaction of
its own, so that nobody waits long for the write lock; what it did can be told beforehand (a dry run) and is told after.
"""
