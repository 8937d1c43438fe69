"""Make-believe boards, speakers and links; knows the wire, never the controller."""
