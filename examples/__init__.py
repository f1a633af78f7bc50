"""Example workflows and the tasks that they run; an app like one of your own."""
