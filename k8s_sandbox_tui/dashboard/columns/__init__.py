"""The dialogue in which the columns of the table are chosen and ordered."""
