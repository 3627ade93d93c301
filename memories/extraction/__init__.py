"""What an exchange says that could become a record. Pure: texts in, statements out; nothing here is written or sent."""
