"""The parts that screens are made of: fields, lists, dialogs, the countdown."""
