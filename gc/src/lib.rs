//! Type-stable heap, quiescence-based reclamation and a stop-the-world cycle collector with precise stack scanning.
