"""The parts that screens are made of: fields, lists, dialogs, the countdown; and what moves and names keys in them."""
