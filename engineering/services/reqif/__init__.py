"""A project as a ReqIF file, the mirror of engineering.importers.reqif: what is written comes back as it was.

placing decides where each record stands in a specification, attributes what each type carries, writing writes the XML.
OMG, Requirements Interchange Format 1.2, formal/16-07-01.
"""
