"""nesy in lmms-eval: a model, `nesy`, and tasks in `nesy_lmms_eval/tasks`."""
