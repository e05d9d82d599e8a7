"""Tables and figures of the R-WAE paper, each made from end to end."""
