"""What answers a request: our own llama.cpp, and endpoints over HTTP. Knows not who asked."""
