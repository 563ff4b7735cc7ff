"""The one record table: pure parts (rows, order, layout, cells) and the widget that shows them."""
