"""What a person is asked and told before a creation, a result or a draft is left."""

LEAVES_RUNNING = "A creation is running. Quit once the keys are stored?"
LEAVES_LOOKUP = "The check is still running. Quit? The attempt stays open; you can check it again."
LEAVES_FOR_KEYS = (
    "A creation is running, and its keys are only shown on this screen. Finish it, and show them before quitting?"
)
IN_BACKGROUND = "Finish in background"
LEAVING = "Quitting once the response is stored."
TAKE_KEYS = "Copy the keys before quitting: they are stored nowhere else."
LOSES_KEYS = "Quit without the keys? They are not saved."
ANOTHER_LOSES_KEYS = "Start another org without the keys? They are not saved."
KEPT_ANSWERS = "Your entries are saved for next time, except secrets."
NOT_KEPT = "Your entries are not saved: the earlier draft is kept."
