"""The science and the engine of Contrastive Lab; nothing in here imports streamlit."""
