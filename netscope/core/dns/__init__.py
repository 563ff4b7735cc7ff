"""The domain name system as plain data: names, records and messages, their wire form and their master-file text."""
