"""The live path: a client's request screened, planned, attempted, relayed and recorded."""
