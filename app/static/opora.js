/* Опора: what script adds. Every page works without it. */
